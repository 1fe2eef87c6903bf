// Lists of states, each replayed in every way of testing/replay.ts: reversed, split, squashed, with blanks between,
// flushed after each update, twice, or at the end.
import { describe, expect, it } from 'vitest';
import { EMPTY, EXPANDERS, FLUSHES, replay, type State } from './testing/replay.ts';
import { config, endpoints, policies, profiles, sets, tiers } from './testing/states/index.ts';

const e = endpoints;
const p = policies;
const t = tiers;
const f = profiles;
const s = sets;
const c = config;

const LISTS: Readonly<Record<string, readonly State[]>> = {
  'an endpoint comes': [e.one],
  'its address changes': [e.one, e.moved, e.one],
  'its address is written otherwise': [e.one, e.written],
  'a family comes and goes': [e.one, e.dual, e.one],
  'its interface changes': [e.one, e.renamed],
  'its addresses are lost and found': [e.two, e.without, e.two],
  'a second endpoint and a policy': [e.one, e.two],
  'a policy narrows and widens': [e.two, e.twoApi, e.two],
  'a member is relabelled': [e.two, e.relabelled, e.two],
  'a shared address stays while one has it': [e.shared, e.sharedOne, e.two],
  'sharing begins': [e.two, e.shared],
  'sharing ends, then all ends': [e.shared, e.sharedOne, EMPTY],
  'a remote member': [e.twoApi, e.remote, e.remoteOnly],
  'only remote endpoints, then a local one': [e.remoteOnly, e.remote],
  'an endpoint of the other node': [e.two, e.otherNode, e.remote],
  'an endpoint moves between nodes': [e.otherNode, e.otherMoved, e.otherNode],
  'an endpoint without labels': [e.unlabelled, e.two, e.unlabelled],
  'all endpoints': Object.values(e),
  'namespaced and global': [p.namespaced, p.namespaceSelector, p.namespacedSelector],
  'a peer loses its selector': [p.namespacedSelector, p.netsOnly, p.otherNamespace],
  'peers by namespace': [p.otherNamespace, p.allNamespaces, p.namespaced],
  'service accounts': [p.serviceAccounts, p.serviceAccountSelector, p.serviceAccounts],
  'a policy becomes inactive': [p.negatedSelector, p.inactive, p.negatedSelector],
  'a policy is never active': [p.inactive, p.hint],
  'from matching one to the other': [p.negatedSelector, p.notSelector],
  'selector and notSelector': [p.merged, p.notSelector, p.bothWays],
  'types of a policy': [p.ingressOnly, p.egressOnly, p.bothWays],
  'types back again': [p.bothWays, p.ingressOnly, p.bothWays, p.egressOnly],
  'policy order': [p.order123, p.order321, p.orderSame],
  'policy order lost': [p.order123, p.orderNone, p.orderSame],
  'policy names': [p.orderSame, p.tieNames],
  'every condition': [p.bothWays, p.rules, p.notSelector],
  'a rule that cannot match': [p.rules, p.http, p.rules],
  'host policy': [p.bothWays, p.hostOnly, p.bothWays],
  'all policies': Object.values(p),
  'tier order': [t.order123, t.order321, t.orderSame],
  'tier order, from equal': [t.orderSame, t.order123],
  'a tier is added below': [t.withDefault, t.order123],
  'a tier passes': [t.withDefault, t.passes, t.withDefault],
  'a tier disappears': [t.order123, t.unknown, t.unknownTwo],
  'a tier appears': [t.unknownTwo, t.unknown, t.order123],
  'a policy changes tier': [t.order123, t.moved, t.order123],
  'a tier loses a direction': [t.withDefault, t.oneWay, t.passes],
  'built-in tiers': [t.builtin, t.withDefault, t.builtin],
  'policy becomes staged': [t.staged, t.stagedOnly, t.withDefault],
  'staged comes and goes': [t.withDefault, t.staged, t.stagedDelete],
  'staged under the same name': [t.sameName, t.staged, t.sameName],
  'all tiers': Object.values(t),
  'profiles swap': [f.both, f.swapped, f.both],
  'an own label comes': [f.both, f.own, f.swapped],
  'an inherited label changes': [f.both, f.green, f.own],
  'profile rules change': [f.both, f.rules, f.missing],
  'a profile is deleted': [f.both, f.missing, f.missingBoth],
  'profiles appear': [f.missingBoth, f.both],
  'a profile is listed twice': [f.both, f.twice, f.builtin],
  'profiles without users': [f.unused, f.both, f.unused],
  'a remote endpoint inherits': [f.remote, f.both, f.remote],
  'inherited by a network set': [f.setInherits, f.claims],
  'all profiles': Object.values(f),
  'one or two network sets': [s.nets, s.netsTwo, s.nets],
  'nested networks': [s.netsNested, s.netsNestedLess, s.netsNested],
  'networks widen': [s.nets, s.netsNested, s.netsAll],
  'a network set is relabelled': [s.nets, s.netsRelabelled, s.nets],
  'endpoint and network': [s.netsAndEndpoint, s.nets, s.netsAndEndpoint],
  'named ports by protocol': [s.portTcp, s.portUdp, s.portWrong],
  'named ports of any protocol': [s.portAny, s.portNumber, s.portNumberTcp],
  'named ports and selectors': [s.portTcp, s.portSelector, s.portMixed],
  'named and numeric ports': [s.portMixed, s.portNegated, s.portSelector],
  'ports change': [s.portTcp, s.portTwice, s.portNone, s.portTcp],
  'two endpoints give one member': [s.portTcp, s.portShared, s.portTcp],
  'ports through inherited labels': [s.portInherited, s.portInheritedLost, s.portInherited],
  'all sets': Object.values(s),
  'configuration of a node': [c.standard, c.node, c.scoped],
  'configuration by selector': [c.scoped, c.scopedAway, c.scopedTwo],
  'all configuration': Object.values(c),
  'across themes': [e.two, p.rules, t.staged, f.both, s.portMixed, c.node],
  'across themes, with much in common': [e.shared, t.order123, e.sharedOne, t.moved, f.both, e.two],
};

describe.each(Object.entries(LISTS))('%s', (_name, states) => {
  it.each([...EXPANDERS.keys()])('%s', (expander) => {
    for (const flushing of FLUSHES) expect(replay(states, expander, flushing)).toBeUndefined();
  });
});
