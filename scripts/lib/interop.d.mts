/** The folder with kube-apiserver, kubectl and etcd, or undefined while it has not been built. */
export function interopFolder(): string | undefined;
/** Builds what is missing and answers the folder. */
export function ensureInterop(): Promise<string>;
