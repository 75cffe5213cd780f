#!/usr/bin/env node
// The Node entry, built to dist/main.js.
import { setFlagsFromString } from 'node:v8';

// V8 lets the space of young objects grow with the garbage that reading the program makes, and keeps it: 5 MB of an
// idle process. Set before anything is read; bench/webhooks.ts measured no loss.
setFlagsFromString('--semi-space-growth-factor=1');

const { runProcess } = await import('./cli/process.ts');
await runProcess();
