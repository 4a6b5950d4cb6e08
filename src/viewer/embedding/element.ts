/**
 * The timeline as a custom element: `import 'activity-log/element'` defines `<activity-timeline>`, with all that it needs,
 * React included.
 */
import { ActivityTimelineElement } from './activity-timeline-element.tsx';

export {
  type ActivityErrorEvent,
  type ActivityOpenEvent,
  type ActivityPlaceEvent,
  type ActivitySignedOutEvent,
  ActivityTimelineElement,
} from './activity-timeline-element.tsx';

declare global {
  interface HTMLElementTagNameMap {
    'activity-timeline': ActivityTimelineElement;
  }
}

// Whoever loads it twice has one element all the same.
if (customElements.get('activity-timeline') === undefined)
  customElements.define('activity-timeline', ActivityTimelineElement);
