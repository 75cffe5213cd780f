/** What `init` writes: it validates as it stands, and needs no key and no network. */
export const starter = `# A Callboard config: triggers start tasks of agents, notifications report how they went.
# Every field: docs/configuration.md, and \`callboard schema\` for your editor.

agents:
  # An agent that answers with its input. Others are \`llm\` (a model, the default) and \`command\` (a program).
  hello:
    type: echo
    triggers:
      # POST http://127.0.0.1:8080/webhooks/hello starts a task and answers at once.
      - type: webhook
        # Without a secret whoever reaches the server can start tasks. Put WEBHOOK_SECRET into .env and use:
        # secret: \${WEBHOOK_SECRET}
        # signature_header: X-Hub-Signature-256   # as GitHub signs
        webhook_input:
          template: |
            A webhook came: {{ toJson .body }}
        response:
          mode: async   # sync (wait for the result), async or callback

      # Nine in the morning, Monday to Friday.
      - type: schedule
        cron: "0 9 * * 1-5"
        timezone: UTC
        input: "Good morning, it is {{ .scheduled_at }}"

    # Where to report. Any URL that takes a POST.
    # notifications:
    #   - id: team
    #     url: \${TEAM_WEBHOOK_URL}
    #     events: [task.completed, task.failed]

# A model for agents of type llm. Without this section the first key found in the environment decides:
# ANTHROPIC_API_KEY, OPENAI_API_KEY, GEMINI_API_KEY or GOOGLE_API_KEY.
# llms:
#   default:
#     provider: anthropic
#     model: claude-sonnet-5-5

server:
  host: 127.0.0.1
  port: \${PORT:-8080}
`;
