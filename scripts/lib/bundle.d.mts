/** Writes `tortie.js` and its chunks into the folder. */
export function bundleCommandLine(outdir: string): Promise<void>;
