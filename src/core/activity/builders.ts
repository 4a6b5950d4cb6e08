import { ActivityEntityType, type ActivityInput } from './activity.ts';

/** What a builder takes: an entry without its entity type. */
export type ActivityBuilderInput = Omit<ActivityInput, 'entityType'>;

function builderOf(entityType: ActivityEntityType) {
  return (input: ActivityBuilderInput): ActivityInput => ({ ...input, entityType });
}

/** An entry about a brand. */
export const buildBrandActivity = builderOf(ActivityEntityType.BRAND);
/** An entry about a piece of content. */
export const buildContentActivity = builderOf(ActivityEntityType.CONTENT);
/** An entry about a publication. */
export const buildPublicationActivity = builderOf(ActivityEntityType.PUBLICATION);
/** An entry about a media file. */
export const buildMediaActivity = builderOf(ActivityEntityType.MEDIA);
/** An entry about a workspace. */
export const buildWorkspaceActivity = builderOf(ActivityEntityType.WORKSPACE);
/** An entry about a user. */
export const buildUserActivity = builderOf(ActivityEntityType.USER);
/** An entry about a connected social account. */
export const buildSocialAccountActivity = builderOf(ActivityEntityType.SOCIAL_ACCOUNT);
/** An entry about settings. */
export const buildSettingsActivity = builderOf(ActivityEntityType.SETTINGS);
