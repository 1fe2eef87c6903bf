#!/usr/bin/env node
// The program: the process's arguments and streams, and its exit status. Everything else is run().
import { systemIo } from './io.ts';
import { run } from './run.ts';

// Not process.exit(): what is still on its way to a pipe must arrive.
process.exitCode = await run(process.argv.slice(2), systemIo());
