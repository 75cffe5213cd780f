// @ts-check
// The way to the server: the token goes with every request, in a header or, for the socket, as a protocol.

/** @typedef {{ onOpen: () => void, onFrame: (frame: import('./actors.js').Frame) => void, onClose: () => void }} Listener */

/**
 * The SVG of every machine, by its id.
 * @param {string} token
 * @returns {Promise<Record<string, string>>}
 */
export async function fetchPictures(token) {
  const answer = await fetch('/inspect/machines', { headers: { Authorization: `Bearer ${token}` } });
  if (!answer.ok) throw new Error(`The pictures cannot be had: ${answer.status} ${answer.statusText}`);
  return answer.json();
}

/**
 * Hears every frame of the feed until the socket closes.
 * @param {string} token
 * @param {Listener} listener
 */
export function listen(token, { onOpen, onFrame, onClose }) {
  // An API key may hold characters that the name of a protocol may not.
  const encoded = encodeURIComponent(token).replace(/[()]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`);
  const url = `${location.origin.replace(/^http/, 'ws')}/inspect/socket`;
  const socket = new WebSocket(url, ['callboard.inspect', `callboard.token.${encoded}`]);
  socket.onopen = onOpen;
  socket.onmessage = ({ data }) => onFrame(JSON.parse(data));
  socket.onclose = onClose;
}

/** The token in the address's fragment, which browsers do not send; undefined where there is none. */
export function tokenInFragment() {
  const given = /(?:^#|&)token=([^&]+)/.exec(location.hash)?.[1];
  if (given === undefined) return undefined;
  try {
    return decodeURIComponent(given);
  } catch {
    return given;
  }
}
