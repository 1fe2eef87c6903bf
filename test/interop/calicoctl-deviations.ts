// Where our commands are meant to differ from the recorded session of calicoctl, by section. What a user would notice is
// in docs/commands.md.
import { version } from '../../src/cli/version.ts';
import type { Deviation } from '../support/transcript.ts';

type Deviations = readonly Deviation[];

const OWN_VERSION: Deviation = {
  command: 'calicoctl version',
  reason: 'tortie has a version of its own',
  instead: ({ output, status }) => ({ output: output.replace('master', version()), status }),
};

/** Behind what calicoctl prints. */
const said = (command: string, reason: string, more: string): Deviation => ({
  command,
  reason,
  instead: ({ output, status }) => ({ output: `${output.trimEnd()}\n${more}\n`, status }),
});

const otherwise = (command: string, reason: string, output: string): Deviation => ({
  command,
  reason,
  instead: ({ status }) => ({ output, status }),
});

const MISSING_KIND = 'an empty list because of a missing CRD looks like an empty cluster';
const missing = (resource: string) => `\nthe API server does not know ${resource}`;

const LEFT_OUT = 'what cannot be read is left out of a list, as in calicoctl, and named';
const UNREADABLE =
  'failed to parse datastore entry key=GlobalNetworkPolicy/bad-ann: the annotation projectcalico.org/metadata is not a JSON object';

const UNREADABLE_SAID = 'it is said what cannot be read';

const OWN_CHECKS = 'what the CRD would refuse is refused before anything is sent, in the words of our checks';
const checked = (command: string, kind: string, field: string): Deviation =>
  otherwise(command, OWN_CHECKS, `failed to create '${kind}' resource: [error with field ${field}]`);

const NO_MIGRATION = 'datastore migrate is not there';
const NO_IPAM = 'the commands on addresses are not there yet';

export const DEVIATIONS: Readonly<Record<string, Deviations>> = {
  '1': [OWN_VERSION, said('calicoctl get ippool', MISSING_KIND, missing('IPPools.crd.projectcalico.org'))],
  '2': [OWN_VERSION],
  '3': [
    otherwise(
      'calicoctl delete node node2',
      'calicoctl stumbles over the endpoints of the node before it comes to the node; both refuse',
      "Failed to delete 'Node' resource: operation Delete is not supported on Node(node2)",
    ),
  ],
  '4': [
    {
      command: 'calicoctl get profile -o json | jq -c ".metadata,.items[0]"',
      reason: 'a list is in the order of names in every store, the default-allow profile too',
    },
  ],
  '5': [
    {
      command: 'calicoctl get wep -n prod node--1-k8s-nat-eth0 -o wide 2>&1 | head -1',
      reason: 'calicoctl panics; the table is in src/cli/resources/columns.test.ts',
    },
    otherwise(
      'calicoctl get wep -n prod node--1-k8s-ann--bad-eth0',
      UNREADABLE_SAID,
      'failed to parse datastore entry key=Pod/prod/ann-bad: invalid address "not-an-ip"',
    ),
    otherwise(
      'calicoctl get wep -n prod node--1-k8s-asp--bad-eth0',
      UNREADABLE_SAID,
      'failed to parse datastore entry key=Pod/prod/asp-bad: invalid CIDR "nope"',
    ),
    {
      command: `calicoctl patch wep -n prod node--1-k8s-no--ip-eth0 -p '{"spec":{"mac":"ee:ee:ee:ee:ee:ee"}}'`,
      reason: 'a mode of the client that nobody of its users can set is no reason',
      instead: ({ output, status }) => ({
        output: output.replace(
          'unsupported PatchMode: patchModeUnspecified',
          'workload endpoints are made of pods',
        ),
        status,
      }),
    },
  ],
  '6': [
    {
      command: 'kubectl create -f knp.yaml',
      reason: 'standard output alone is looked at',
      instead: ({ output, status }) => ({ output: output.replace(/^Warning: .*\n/, ''), status }),
    },
    {
      command: 'calicoctl delete networkpolicy -n prod knp.default.everything',
      reason: 'calicoctl prints the memory of the object, here it is named',
      instead: ({ output, status }) => ({
        output: output.replace(/&\{\{.*\}\}/, 'NetworkPolicy(prod/knp.default.everything)'),
        status,
      }),
    },
  ],
  '8': [
    OWN_VERSION,
    { command: 'calicoctl ipam configure --strictaffinity=true', reason: NO_IPAM },
    {
      command:
        "kubectl get ipamconfigs.crd.projectcalico.org default -o json | jq -c '[.kind,.metadata.annotations,.spec]'",
      reason: NO_IPAM,
    },
  ],
  '9': [
    said(
      'calicoctl get gnp -o json | jq -c ".items[]|del(.metadata.managedFields,.metadata.uid,.metadata.resourceVersion,.metadata.creationTimestamp)|[.metadata,.spec]"',
      LEFT_OUT,
      `left out: ${UNREADABLE}`,
    ),
    otherwise('calicoctl get gnp bad-ann', UNREADABLE_SAID, UNREADABLE),
  ],
  '10': [
    checked(
      'calicoctl create -f b5.yaml   # IPReservation b5, spec: {reservedCIDRs: [10.0.0.1]}',
      'IPReservation',
      `spec.reservedCIDRs[0] = '10.0.0.1' (must be of type cidr: "10.0.0.1")`,
    ),
    checked(
      'calicoctl create -f b7.yaml   # BGPPeer b7, spec: {peerIP: 192.0.2.1, node: a, nodeSelector: all()}',
      'BGPPeer',
      'spec (node and nodeSelector cannot both be set)',
    ),
    checked(
      'calicoctl create -f b10.yaml   # IPPool pool-2, spec: {cidr: 10.72.0.0/27}',
      'IPPool',
      'spec (IP pool size is too small for use with Calico IPAM. It must be equal to or greater than the block size.)',
    ),
    otherwise(
      'calicoctl --context nobody get tiers',
      'reading does not compare versions, so what may not be read is the tiers themselves',
      'connection is unauthorized: tiers.crd.projectcalico.org is forbidden: User "nobody" cannot list resource "tiers" in API group "crd.projectcalico.org" at the cluster scope',
    ),
    said(
      'CALICO_API_GROUP=projectcalico.org/v3 calicoctl get tiers',
      MISSING_KIND,
      missing('Tiers.projectcalico.org'),
    ),
    { command: 'calicoctl datastore migrate lock', reason: NO_MIGRATION },
    {
      command: 'kubectl get clusterinformations.crd.projectcalico.org default -o json | jq -c .spec',
      reason: 'the same, but that nothing has locked it',
      instead: ({ output, status }) => ({
        output: output.replace('"datastoreReady":false', '"datastoreReady":true'),
        status,
      }),
    },
    { command: 'calicoctl datastore migrate unlock', reason: NO_MIGRATION },
    { command: 'calicoctl datastore migrate-policy-names   # after section 9', reason: NO_MIGRATION },
    {
      command: 'calicoctl get gnp',
      reason: `${NO_MIGRATION}, so the policies stay under their old names, and in the order of these; ${LEFT_OUT}`,
      instead: ({ output, status }) => {
        const [head, ann, plain, sec, gnp, strip] = output.split('\n');
        return {
          output: [head, ann, plain, sec, strip, gnp, '', `left out: ${UNREADABLE}`].join('\n'),
          status,
        };
      },
    },
    {
      command:
        "kubectl get globalnetworkpolicies.crd.projectcalico.org -o json | jq -c '.items[].metadata|[.name,.annotations,.labels]'",
      reason: NO_MIGRATION,
    },
  ],
  '11': [
    {
      command: 'CALICO_API_GROUP=projectcalico.org/v3 calicoctl get gnp gnp-1 -o json | jq -c .metadata',
      reason: 'we are another program',
      instead: ({ output, status }) => ({ output: output.replace('"Go-http-client"', '"tortie"'), status }),
    },
  ],
};
