// `apply`: writes objects, whether they are there or not.
import { writeCommand } from '../resources/write-command.ts';

export const define = writeCommand('apply');
