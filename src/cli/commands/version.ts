import { Option } from 'commander';
import type { CommandModule } from '../command.ts';
import { OK } from '../exit.ts';
import { toJson } from '../output.ts';
import { version } from '../version.ts';

export const define: CommandModule['define'] = (command, start) => {
  command
    .addOption(new Option('-o, --output <format>', 'output format').choices(['text', 'json']).default('text'))
    .action(({ output }: { output: string }) =>
      start((context) => {
        const facts = { version: version(), node: process.version };
        context.print(
          output === 'json' ? toJson('Version', facts) : `tortie ${facts.version} (Node ${facts.node})`,
        );
        return OK;
      }),
    );
};
