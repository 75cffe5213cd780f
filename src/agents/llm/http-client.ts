// In a module of its own: undici is CommonJS, and from inside a bundle a dynamic import of it has no named exports.
export { Agent, fetch } from 'undici';
