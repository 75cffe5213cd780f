// A config after everything in it has been checked: what `validate` judges and the runtime runs. Nothing in a
// plan is checked again; every duration is in milliseconds, every size in bytes.
import type { BudgetPlan, CommandPlan, EchoPlan, LlmPlan, ModelPlan } from '../agents/specification.ts';
import type { Calendar } from '../calendar/calendar.ts';
import type { RetryPolicy } from '../core/backoff.ts';
import type { NotificationEvent } from '../core/events.ts';
import type { RateLimit } from '../journal/admission.ts';
import type { SignatureScheme, Verifier } from '../signatures/signature.ts';
import type { Template } from '../templates/template.ts';

export type {
  BudgetPlan,
  CommandArgument,
  CommandPlan,
  EchoPlan,
  LlmPlan,
  McpServerPlan,
  ModelPlan,
} from '../agents/specification.ts';

export interface Plan {
  readonly name: string | undefined;
  readonly description: string | undefined;
  readonly llms: ReadonlyMap<string, LlmPlan>;
  readonly agents: ReadonlyMap<string, AgentPlan>;
  readonly server: ServerPlan;
  readonly journal: JournalPlan;
  readonly limits: LimitsPlan;
  readonly logger: { readonly level: LogLevel; readonly format: 'pretty' | 'json' | undefined };
  readonly observability: ObservabilityPlan;
  /** Values to redact wherever the runtime logs, answers or streams. */
  readonly secrets: readonly string[];
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

export interface ObservabilityPlan {
  readonly metrics: boolean;
  /** Present where it is enabled. The endpoint takes OTLP over HTTP; it may hold credentials. */
  readonly tracing: { readonly endpoint: string } | undefined;
}

export interface JournalPlan {
  /** Absolute path of the database file. */
  readonly path: string;
  readonly keep: number;
}

export interface LimitsPlan {
  readonly queue: number;
  readonly maxBody: number;
  readonly templateTime: number;
  readonly templateOutput: number;
  readonly privateUrls: 'allow' | 'deny';
  readonly minFreeDisk: number;
}

export interface ServerPlan {
  readonly host: string;
  readonly port: number;
  readonly auth: AuthPlan | undefined;
  /** Absolute paths. */
  readonly tls: { readonly certFile: string; readonly keyFile: string } | undefined;
  readonly corsOrigins: readonly string[];
  /** CIDRs of the proxies whose `X-Forwarded-For` counts. */
  readonly trustProxy: readonly string[];
  readonly grace: number;
}

/** Present where `server.auth.enabled` is true. */
export interface AuthPlan {
  readonly jwksUrl: string | undefined;
  readonly issuer: string | undefined;
  readonly audience: string | undefined;
  readonly apiKeys: readonly ApiKeyPlan[];
}

export interface ApiKeyPlan {
  readonly name: string;
  /** SHA-256 of the key, hex: the key itself is not kept. */
  readonly sha256: string;
  readonly scopes: readonly ('read' | 'write')[];
}

export interface AgentPlan {
  readonly name: string;
  readonly description: string | undefined;
  readonly work: EchoPlan | CommandPlan | ModelPlan;
  /** Of one attempt. */
  readonly timeout: number;
  readonly concurrency: number;
  readonly retry: RetryPolicy;
  readonly onCrash: 'retry' | 'fail';
  readonly budget: BudgetPlan;
  readonly triggers: readonly TriggerPlan[];
  readonly notifications: readonly NotificationPlan[];
}

export type TriggerPlan = SchedulePlan | WebhookPlan;

export interface SchedulePlan {
  readonly type: 'schedule';
  readonly agent: string;
  readonly id: string;
  readonly enabled: boolean;
  readonly calendar: Calendar;
  /** As it stands in the file: the cron, `every 10m` or `at …`. */
  readonly source: string;
  /** A hash of what decides its instants. */
  readonly fingerprint: string;
  /** Over `.scheduled_at .fired_at .trigger .agent`. */
  readonly input: Template | undefined;
  readonly overlap: 'skip' | 'queue' | 'queue_all' | 'replace' | 'allow';
  readonly missed: 'skip' | 'latest' | 'all';
  readonly missedWindow: number;
  readonly jitter: number;
}

export interface WebhookPlan {
  readonly type: 'webhook';
  readonly agent: string;
  readonly id: string;
  readonly enabled: boolean;
  readonly path: string;
  readonly methods: readonly string[];
  /** Undefined where no secret is configured. */
  readonly verifier: Verifier | undefined;
  /** As configured; undefined: told by the header. */
  readonly scheme: SignatureScheme | undefined;
  /** `none`: open even where `server.auth` is enabled and it has no secret. */
  readonly auth: 'none' | undefined;
  readonly allowIps: readonly string[];
  readonly maxBody: number;
  readonly when: Template | undefined;
  readonly dedupe: 'off' | { readonly key: Template | undefined; readonly window: number };
  readonly concurrencyKey: Template | undefined;
  readonly coalesce: { readonly key: Template; readonly window: number } | undefined;
  readonly rateLimit: RateLimit | undefined;
  readonly input: {
    readonly template: Template | undefined;
    readonly text: string | undefined;
    readonly fields: readonly { readonly path: string; readonly as: string }[];
  };
  readonly response: {
    readonly mode: 'sync' | 'async' | 'callback';
    readonly timeout: number;
    readonly callbackField: string | undefined;
    readonly callbackUrl: string | undefined;
    readonly callbackHosts: readonly string[] | undefined;
  };
}

export interface NotificationPlan {
  readonly agent: string;
  readonly id: string;
  /** `AGENT/ID`: what shares a breaker. */
  readonly endpoint: string;
  readonly type: 'webhook' | 'slack' | 'discord' | 'teams' | 'email';
  readonly enabled: boolean;
  readonly events: ReadonlySet<NotificationEvent>;
  /** For `email`, `smtp://` or `smtps://`. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly contentType: string;
  readonly template: Template | undefined;
  /** Only of `email`. */
  readonly email:
    | { readonly from: string; readonly to: readonly string[]; readonly subject: Template | undefined }
    | undefined;
  readonly retry: RetryPolicy;
  readonly timeout: number;
  readonly signingSecrets: readonly string[];
  readonly maxAge: number;
  readonly breaker: { readonly failures: number; readonly probeAfter: number } | undefined;
  /** Deliveries under way at once. */
  readonly concurrency: number;
}
