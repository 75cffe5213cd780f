// The inspector's page: its markup here, the rest as files in the folder of the same name, which lies in dist/ too.
// They are sent as they are: from a clone nothing is built. `@ts-check` in each has them checked like all other code.
import { readFile } from 'node:fs/promises';
import { diagramStyle } from '../diagrams/style.ts';

const folder = new URL('./inspect-page/', import.meta.url);

/** The names of the page's files, below `/inspect/`. */
export const pageFiles: readonly string[] = [
  'page.css',
  'page.js',
  'connection.js',
  'actors.js',
  'tree.js',
  'pictures.js',
  'log.js',
];

/** The text of one of them. */
export async function readPageFile(name: string): Promise<string> {
  const text = await readFile(new URL(name, folder), 'utf8');
  return name === 'page.css' ? `${text}${diagramStyle}` : text;
}

/** The page, without data. */
export const pageMarkup = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Callboard: live machines</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/inspect/page.css">
<script type="module" src="/inspect/page.js"></script>
</head>
<body>
<header>
<h1>Callboard</h1>
<p id="status" role="status">Who may look?</p>
<form id="login" hidden><input id="token" type="password" required autocomplete="off"
  aria-label="Token" placeholder="api-token of the data folder, or your login's token"> <button>Look on</button></form>
</header>
<nav aria-labelledby="actors-title">
<h2 id="actors-title">Actors</h2>
<input id="filter" type="search" autocomplete="off" placeholder="Filter by name or state" aria-label="Filter the actors by name or state">
<div id="actors" role="tree" aria-labelledby="actors-title"></div>
<p id="more" hidden></p>
</nav>
<main id="machines" tabindex="0" aria-label="Machines">
<section id="one" hidden>
<button id="all" type="button">All machines</button>
<h2 id="one-name"></h2>
<p id="one-state"></p>
<p id="one-note"></p>
<div id="one-picture"></div>
<details><summary>Context</summary><pre id="one-context"></pre></details>
</section>
<section id="every">
<h2>Machines</h2>
<p>Lit: where actors stand now, and how many. Choose an actor to see it alone.</p>
<div id="pictures">Being drawn…</div>
</section>
</main>
<aside aria-labelledby="log-title">
<h2 id="log-title">Events</h2>
<div id="log" tabindex="0" role="region" aria-labelledby="log-title"></div>
</aside>
</body>
</html>
`;
