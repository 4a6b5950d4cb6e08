import type {
  ActivityActorType,
  ActivityEntityType,
  ActivitySeverity,
  ActivityVisibility,
} from '../core/activity/activity.ts';
import { roles } from '../core/activity/visibility.ts';
import { builder } from './builder.ts';

const entityTypes: Record<ActivityEntityType, string> = {
  WORKSPACE: 'The workspace itself.',
  BRAND: 'A brand.',
  SOCIAL_ACCOUNT: 'A connected social account.',
  CONTENT: 'A piece of content.',
  PUBLICATION: 'A publication of content.',
  MEDIA: 'A media file.',
  USER: 'A user.',
  SETTINGS: 'Settings.',
  OTHER: 'Anything else.',
};
const actorTypes: Record<ActivityActorType, string> = {
  USER: 'A user of the panel: `actorUserId` says which.',
  SYSTEM: 'An automatic process of the application: `actorLabel` says which, for example `Scheduler`.',
  WORKER: 'A queue worker: `actorLabel` says which.',
  INTEGRATION: 'An external service: `actorLabel` says which, for example `Meta API`.',
};
const visibilities: Record<ActivityVisibility, string> = {
  INTERNAL: 'Admins and operators see it.',
  CLIENT: "The clients of the entry's brand see it too.",
  SYSTEM: 'Only operators see it: for debugging and monitoring.',
};
const severities: Record<ActivitySeverity, string> = {
  INFO: 'All is well.',
  WARNING: 'Worth a look.',
  ERROR: 'Something failed.',
};

function values<T extends string>(descriptions: Record<T, string>): Record<T, { description: string }> {
  return Object.fromEntries(
    Object.entries<string>(descriptions).map(([name, description]) => [name, { description }]),
  ) as Record<T, { description: string }>;
}

export const EntityType = builder.enumType('ActivityEntityType', {
  description: 'The type of entity that an entry is about.',
  values: values(entityTypes),
});
export const ActorType = builder.enumType('ActivityActorType', {
  description: 'Who or what performed the action.',
  values: values(actorTypes),
});
export const Visibility = builder.enumType('ActivityVisibility', {
  description: 'Who can see an entry.',
  values: values(visibilities),
});
export const Severity = builder.enumType('ActivitySeverity', {
  description: 'How serious an entry is.',
  values: values(severities),
});
export const ViewerRole = builder.enumType('ViewerRole', {
  description: 'What a token lets its bearer do in a workspace.',
  values: Object.fromEntries(roles.map((role) => [role.toUpperCase(), { value: role }])) as {
    [R in (typeof roles)[number] as Uppercase<R>]: { value: R };
  },
});
