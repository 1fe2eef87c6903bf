// `create`: writes objects that are not there yet.
import { writeCommand } from '../resources/write-command.ts';

export const define = writeCommand('create');
