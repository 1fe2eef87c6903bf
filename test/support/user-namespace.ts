// Whether tests run in a user namespace. There the sending buffer of a socket cannot be raised, so that a transaction of
// nft, or of iptables-nft, holds some thousand set members or some hundred rules at most (sysctl net.core.wmem_default).
import { readFileSync } from 'node:fs';

export const inUserNamespace = !/^\s*0\s+0\s+4294967295\s*$/.test(readFileSync('/proc/self/uid_map', 'utf8'));
