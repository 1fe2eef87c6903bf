// What other software keeps in the kernel beside us: rules in the manner of kube-proxy (both dialects), docker and
// firewalld, and an IP set. Loaded before a test that shows that we leave them alone.

interface Load {
  readonly argv: readonly string[];
  readonly stdin: string;
}

const KUBE_PROXY_NFT = `add table ip kube-proxy
add chain ip kube-proxy services
add map ip kube-proxy service-ips { type ipv4_addr . inet_proto . inet_service : verdict; }
add chain ip kube-proxy service-web
add rule ip kube-proxy service-web ip daddr 10.96.0.10 tcp dport 80 dnat to 10.0.0.5:8080
add element ip kube-proxy service-ips { 10.96.0.10 . tcp . 80 : goto service-web }
add chain ip kube-proxy nat-prerouting { type nat hook prerouting priority dstnat; policy accept; }
add rule ip kube-proxy nat-prerouting jump services
add rule ip kube-proxy services meta l4proto tcp ip daddr . ip protocol . tcp dport vmap @service-ips
`;

const FIREWALLD_NFT = `add table inet firewalld
add chain inet firewalld filter_FORWARD { type filter hook forward priority filter + 10; policy accept; }
add rule inet firewalld filter_FORWARD ct state { established, related } accept
add rule inet firewalld filter_FORWARD reject with icmpx admin-prohibited
add set inet firewalld tortie { type ipv4_addr; flags interval; elements = { 192.0.2.0/24 }; }
`;

const DOCKER = `*nat
:DOCKER - [0:0]
-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
-A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE
COMMIT
*filter
:DOCKER - [0:0]
:DOCKER-USER - [0:0]
-A FORWARD -j DOCKER-USER
-A FORWARD -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A FORWARD -o docker0 -j DOCKER
-A DOCKER-USER -m comment --comment "not a tortoise: \\"x\\" }" -j RETURN
-A INPUT -m set --match-set blocklist src -j DROP
COMMIT
`;

const KUBE_PROXY = `*filter
:KUBE-FIREWALL - [0:0]
:KUBE-FORWARD - [0:0]
-A FORWARD -m comment --comment "kubernetes forwarding rules" -j KUBE-FORWARD
-A KUBE-FORWARD -m mark --mark 0x4000/0x4000 -j ACCEPT
COMMIT
`;

const BLOCKLIST = `create blocklist hash:net family inet
add blocklist 203.0.113.0/24
create f2b-sshd hash:ip family inet timeout 0
`;

export const FOREIGN: readonly Load[] = [
  { argv: ['ipset', 'restore'], stdin: BLOCKLIST },
  { argv: ['nft', '-f', '-'], stdin: KUBE_PROXY_NFT },
  { argv: ['nft', '-f', '-'], stdin: FIREWALLD_NFT },
  { argv: ['iptables-nft-restore', '--noflush'], stdin: DOCKER },
  { argv: ['iptables-legacy-restore', '--noflush'], stdin: DOCKER },
  { argv: ['iptables-nft-restore', '--noflush'], stdin: KUBE_PROXY },
  { argv: ['ip6tables-nft-restore', '--noflush'], stdin: KUBE_PROXY },
  { argv: ['ip6tables-legacy-restore', '--noflush'], stdin: KUBE_PROXY },
];
