import { useCallback, useEffect, useState } from 'react';
import { ActivityLogClientError } from '../../client/client.ts';
import {
  type LegalHoldInput,
  LegalHoldPlaceDocument,
  LegalHoldReleaseDocument,
  RetentionDocument,
  type RetentionPolicyInput,
  RetentionPolicyRemoveDocument,
  RetentionPolicySetDocument,
  type RetentionQuery,
} from '../../client/generated/graphql.ts';
import { useTimeline } from '../timeline/timeline-context.ts';

export type Policy = RetentionQuery['retention']['policies'][number];
export type Hold = RetentionQuery['retention']['holds'][number];
export type NewPolicy = Omit<RetentionPolicyInput, 'workspaceId'>;
export type NewHold = Omit<LegalHoldInput, 'workspaceId'>;

export interface Retention {
  /** Undefined until they have been read. */
  readonly policies: readonly Policy[] | undefined;
  readonly holds: readonly Hold[] | undefined;
  /** Why they could not be read. */
  readonly failure: ActivityLogClientError | undefined;
  /** Each resolves with why it was refused, or undefined where it is done and is shown. */
  setPolicy(policy: NewPolicy): Promise<ActivityLogClientError | undefined>;
  removePolicy(id: string): Promise<ActivityLogClientError | undefined>;
  placeHold(hold: NewHold): Promise<ActivityLogClientError | undefined>;
  releaseHold(id: string): Promise<ActivityLogClientError | undefined>;
}

async function failureOf(work: Promise<unknown>): Promise<ActivityLogClientError | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    if (error instanceof ActivityLogClientError) return error;
    throw error;
  }
}

/** For how long entries of the workspace are kept, and what has to stay; read again after each change. */
export function useRetention(): Retention {
  const { client, workspaceId } = useTimeline();
  const [read, setRead] = useState<RetentionQuery['retention']>();
  const [failure, setFailure] = useState<ActivityLogClientError>();
  const load = useCallback(async () => {
    const reading = client.request(RetentionDocument, { workspaceId, released: true });
    setFailure(await failureOf(reading.then(({ retention }) => setRead(retention))));
  }, [client, workspaceId]);
  useEffect(() => void load(), [load]);
  const change = async (work: Promise<unknown>) => {
    const refusal = await failureOf(work);
    if (refusal === undefined) await load();
    return refusal;
  };
  return {
    ...{ policies: read?.policies, holds: read?.holds, failure },
    setPolicy: (policy) => change(client.request(RetentionPolicySetDocument, { input: { workspaceId, ...policy } })),
    removePolicy: (id) => change(client.request(RetentionPolicyRemoveDocument, { workspaceId, id })),
    placeHold: (hold) => change(client.request(LegalHoldPlaceDocument, { input: { workspaceId, ...hold } })),
    releaseHold: (id) => change(client.request(LegalHoldReleaseDocument, { workspaceId, id })),
  };
}
