// @ts-check
// The inspector's page. What arrives is kept at once and shown with the next frame that the browser paints, so that
// a busy server does not freeze it.
import { Actors } from './actors.js';
import { fetchPictures, listen, tokenInFragment } from './connection.js';
import { Log } from './log.js';
import { Gallery, Single } from './pictures.js';
import { Tree } from './tree.js';

/** @param {string} id */
function byId(id) {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`the page has no #${id}`);
  return element;
}

/** @param {string} id */
function inputById(id) {
  const element = byId(id);
  if (!(element instanceof HTMLInputElement)) throw new Error(`#${id} is no input`);
  return element;
}

const actors = new Actors();
const log = new Log(byId('log'));
const tree = new Tree(actors, { root: byId('actors'), more: byId('more'), onChoose: choose });
const single = new Single({
  name: byId('one-name'),
  state: byId('one-state'),
  note: byId('one-note'),
  picture: byId('one-picture'),
  context: byId('one-context'),
});
/** @type {Gallery | undefined} */
let gallery;
/** @type {string | undefined} */
let chosen;
let isPlanned = false;
let isLive = false;

/** @param {string | undefined} sessionId */
function choose(sessionId) {
  chosen = sessionId;
  tree.chosen = sessionId;
  byId('one').hidden = sessionId === undefined;
  byId('every').hidden = sessionId !== undefined;
  byId('machines').scrollTop = 0;
  plan();
}

/** Shows what has changed, with the next frame. */
function plan() {
  if (isPlanned) return;
  isPlanned = true;
  requestAnimationFrame(() => {
    isPlanned = false;
    tree.show();
    log.show();
    const actor = chosen === undefined ? undefined : actors.byId.get(chosen);
    if (chosen === undefined) gallery?.show(actors);
    else if (actor !== undefined) single.show(actor);
    else byId('one-note').textContent = 'It has ended, and is no longer kept here.';
    if (isLive) byId('status').textContent = `live, ${actors.living()} actors`;
  });
}

/** @param {import('./actors.js').Frame} frame */
function take(frame) {
  actors.take(frame);
  // What XState says to itself (xstate.init, xstate.done.…) shows in the states.
  if (frame.type === '@xstate.event' && !frame.event.type.startsWith('xstate.')) {
    const { sessionId, sourceId, event, createdAt } = frame;
    const from = actors.byId.get(sourceId ?? '')?.name;
    log.add({ at: Number(createdAt), event, from, to: actors.byId.get(sessionId)?.name ?? sessionId });
  }
  plan();
}

/** @param {string} token */
function connect(token) {
  byId('login').hidden = true;
  byId('status').textContent = 'connecting';
  listen(token, {
    onOpen: () => {
      actors.clear();
      log.clear();
      isLive = true;
      choose(undefined);
      void draw(token);
    },
    onFrame: take,
    onClose: () => {
      isLive = false;
      byId('status').textContent = 'no connection, or the token is not the right one';
      byId('login').hidden = false;
    },
  });
}

/** @param {string} token */
async function draw(token) {
  if (gallery !== undefined) return;
  try {
    const svgs = await fetchPictures(token);
    gallery = new Gallery(byId('pictures'), svgs);
    single.svgs = svgs;
    plan();
  } catch (thrown) {
    byId('pictures').textContent = String(thrown);
  }
}

byId('all').addEventListener('click', () => {
  choose(undefined);
  byId('machines').focus();
});
window.addEventListener('resize', () => single.fit());
document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') choose(undefined);
});
inputById('filter').addEventListener('input', () => {
  tree.filter(inputById('filter').value);
  plan();
});
byId('login').addEventListener('submit', (event) => {
  event.preventDefault();
  connect(inputById('token').value.trim());
});
const given = tokenInFragment();
if (given === undefined) byId('login').hidden = false;
else connect(given);
