// `replace`: writes objects that are there.
import { writeCommand } from '../resources/write-command.ts';

export const define = writeCommand('replace');
