// The inspector's page: the actor tree with each machine's states, and the event log. One file, no outside request.
import { inspectProtocol, inspectSocketPath, tokenProtocolPrefix } from './inspect-socket.ts';

export const inspectStyle = `
:root { color-scheme: light dark; --back: light-dark(#fafafa, #16181d); --card: light-dark(#fff, #1f2229);
  --line: light-dark(#d8dce3, #363b46); --text: light-dark(#1c2028, #e6e8ec); --dim: light-dark(#5d6675, #98a1b0);
  --lit: light-dark(#1a6b3c, #55d68b); --lit-back: light-dark(#dcf5e6, #143524); }
* { box-sizing: border-box; }
body { margin: 0; height: 100vh; display: grid; grid-template: auto 1fr / 3fr 2fr; background: var(--back);
  color: var(--text); font: 14px/1.45 system-ui, sans-serif; }
header { grid-column: 1 / 3; padding: .6rem 1rem; border-bottom: 1px solid var(--line); }
h1 { display: inline; font-size: 1.05rem; margin-right: 1rem; }
#status { color: var(--dim); }
form:not([hidden]) { display: inline; margin-left: 1rem; }
main, aside { overflow: auto; padding: .8rem 1rem; }
aside { border-left: 1px solid var(--line); font: 12px/1.5 ui-monospace, monospace; }
ul { list-style: none; margin: 0; padding-left: 1.1rem; }
main > ul { padding: 0; }
.actor { background: var(--card); border: 1px solid var(--line); border-radius: 6px; padding: .3rem .6rem; margin: .3rem 0; }
.actor.ended { opacity: .55; }
.name { font-weight: 600; margin-right: .6rem; overflow-wrap: anywhere; }
.state { display: inline-block; border: 1px solid var(--line); border-radius: 9px; padding: 0 .5rem; margin: .1rem .15rem;
  color: var(--dim); font-size: 12px; }
.state.lit { color: var(--lit); border-color: var(--lit); background: var(--lit-back); font-weight: 600; }
.entry { white-space: pre-wrap; overflow-wrap: anywhere; border-bottom: 1px solid var(--line); }
.entry b { color: var(--lit); }
`;

export const inspectScript = `
'use strict';
const mostEntries = 300, mostEnded = 40;
const byId = (id) => document.getElementById(id);
const make = (tag, className, text) => {
  const element = document.createElement(tag);
  element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
};
const actors = new Map();
const ended = [];

function statesOf(definition) {
  try {
    const { states = {}, initial } = JSON.parse(definition);
    // The protocol sorts keys; the first state should stand first.
    return Object.keys(states).sort((a, b) => (b === initial) - (a === initial));
  } catch { return []; }
}

function addActor({ sessionId, parentId, name, definition, snapshot }) {
  if (actors.has(sessionId)) return;
  const item = make('li', '');
  const card = make('div', 'actor');
  card.append(make('span', 'name', name));
  const states = new Map(statesOf(definition).map((state) => [state, make('span', 'state', state)]));
  card.append(...states.values());
  const children = make('ul', '');
  item.append(card, children);
  const actor = { name, card, item, children, states };
  actors.set(sessionId, actor);
  (actors.get(parentId)?.children ?? byId('actors')).append(item);
  show(sessionId, actor, snapshot);
}

function show(sessionId, actor, { status, value }) {
  const top = typeof value === 'object' && value !== null ? Object.keys(value) : [value];
  for (const [state, element] of actor.states) {
    const lit = top.includes(state);
    element.classList.toggle('lit', lit);
    element.textContent = lit && typeof value === 'object' ? state + ' · ' + JSON.stringify(value[state]).replace(/["{}]/g, '') : state;
  }
  if (status === 'active') return;
  actor.card.classList.add('ended');
  // The steps inside a machine come and go; machines that have ended stay for a while.
  if (actor.states.size === 0) return remove(sessionId);
  if (actor.ended) return;
  actor.ended = true;
  ended.push(sessionId);
  if (ended.length > mostEnded) remove(ended.shift());
}

function remove(sessionId) {
  actors.get(sessionId)?.item.remove();
  actors.delete(sessionId);
}

function addEntry({ sessionId, sourceId, event, createdAt }) {
  const entry = make('div', 'entry', new Date(Number(createdAt)).toLocaleTimeString() + ' ');
  const from = actors.get(sourceId)?.name;
  entry.append(make('b', '', event.type), (from ? '  ' + from : '') + ' → ' + (actors.get(sessionId)?.name ?? sessionId));
  const { type, ...rest } = event;
  if (Object.keys(rest).length > 0) entry.title = JSON.stringify(rest, null, 2);
  const log = byId('log');
  log.prepend(entry);
  if (log.childElementCount > mostEntries) log.lastElementChild.remove();
}

function take(event) {
  if (event.type === '@xstate.actor') addActor(event);
  // What XState says to itself (xstate.init, xstate.done.…) shows in the states.
  else if (event.type === '@xstate.event') event.event.type.startsWith('xstate.') || addEntry(event);
  else if (actors.has(event.sessionId)) show(event.sessionId, actors.get(event.sessionId), event.snapshot);
}

function decoded(text) {
  try { return decodeURIComponent(text); } catch { return text; }
}
function connect(token) {
  byId('login').hidden = true;
  byId('status').textContent = 'connecting';
  const url = location.origin.replace(/^http/, 'ws') + '${inspectSocketPath}';
  // An API key may hold characters that the name of a protocol may not.
  const encoded = encodeURIComponent(token).replace(/[()]/g, (sign) => '%' + sign.charCodeAt(0).toString(16));
  const socket = new WebSocket(url, ['${inspectProtocol}', '${tokenProtocolPrefix}' + encoded]);
  socket.onopen = () => {
    actors.clear();
    ended.length = 0;
    byId('actors').replaceChildren();
    byId('log').replaceChildren();
    byId('status').textContent = 'live';
  };
  socket.onmessage = ({ data }) => take(JSON.parse(data));
  socket.onclose = () => {
    byId('status').textContent = 'no connection, or the token is not the right one';
    byId('login').hidden = false;
  };
}
byId('login').onsubmit = (event) => {
  event.preventDefault();
  connect(byId('token').value.trim());
};
const given = /(?:^#|&)token=([^&]+)/.exec(location.hash)?.[1];
if (given !== undefined) connect(decoded(given));
else byId('login').hidden = false;
`;

/** The page as HTML. */
export function inspectMarkup(): string {
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Callboard: live machines</title>
<style>${inspectStyle}</style></head>
<body>
<header><h1>Callboard</h1><span id="status">Who may look?</span>
<form id="login" hidden><input id="token" type="password" required autocomplete="off" size="40"
  aria-label="Token" placeholder="api-token of the data folder, or your login's token"> <button>Look on</button></form></header>
<main><ul id="actors"></ul></main>
<aside id="log"></aside>
<script>${inspectScript}</script>
</body>
</html>
`;
}
