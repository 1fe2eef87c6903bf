// Types of nft-versions.mjs, which stays plain JavaScript because it runs before anything is installed.
export declare const OTHER_NFT: string;
export declare const otherNft: string;
export declare function ensureOtherNft(): string | undefined;
