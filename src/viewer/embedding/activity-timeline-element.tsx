import { createRoot, type Root } from 'react-dom/client';
import type { ActivityLogClient, Token } from '../../client/client.ts';
import styles from '../styles/viewer.css?inline';
import { everything, type Place, type Step } from '../timeline/place.ts';
import type { Theme, TimelineSource } from './activity-timeline-props.ts';
import { EmbeddedTimeline } from './embedded-timeline.tsx';

/** `activity-open`: the details of an entry are opened. */
export type ActivityOpenEvent = CustomEvent<{ entryId: string }>;
/** `activity-place`: another place is gone to; `push` is a step that one goes back from. */
export type ActivityPlaceEvent = CustomEvent<{ place: Place; step: Step }>;
/** `activity-signed-out`: there is no token that the service takes. The timeline stays, and goes on with the next one. */
export type ActivitySignedOutEvent = CustomEvent<{ reason: string }>;
/** `activity-error`: entries cannot be loaded, or followed. */
export type ActivityErrorEvent = CustomEvent<{ error: Error }>;

interface ActivityTimelineEvents {
  'activity-open': ActivityOpenEvent;
  'activity-place': ActivityPlaceEvent;
  'activity-signed-out': ActivitySignedOutEvent;
  'activity-error': ActivityErrorEvent;
}

/** One for all timelines of a page; made by script, which no policy for styles forbids. */
let sheet: CSSStyleSheet | undefined;
function styleSheet(): CSSStyleSheet {
  if (sheet === undefined) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(styles);
  }
  return sheet;
}

const themes: readonly string[] = ['light', 'dark', 'auto'] satisfies Theme[];
const isTheme = (text: string | undefined): text is Theme => text !== undefined && themes.includes(text);

/**
 * `<activity-timeline url workspace-id query at entry-id locale time-zone theme>`. The token is a property, which nobody
 * reads in the page's source; or `client` is, in the place of both.
 */
export class ActivityTimelineElement extends HTMLElement {
  static readonly observedAttributes = 'url workspace-id query at entry-id locale time-zone theme'.split(' ');

  readonly #shadow = this.attachShadow({ mode: 'open' });
  #root: Root | undefined;
  #token: Token | undefined;
  #client: ActivityLogClient | undefined;
  #place: Place = everything;

  constructor() {
    super();
    this.#shadow.adoptedStyleSheets = [styleSheet()];
  }

  /** A JWT, or a function that gives one, which is asked again where a token has ended. */
  get token(): Token | undefined {
    return this.#token;
  }
  set token(token: Token | undefined) {
    this.#token = token;
    this.#render();
  }

  /** A client that is there already; it stays the page's, which closes it. */
  get client(): ActivityLogClient | undefined {
    return this.#client;
  }
  set client(client: ActivityLogClient | undefined) {
    this.#client = client;
    this.#render();
  }

  /** What is looked at; the attributes `query`, `at` and `entry-id` go to another one. */
  get place(): Place {
    return this.#place;
  }
  set place(place: Partial<Place>) {
    this.#place = { ...everything, ...place };
    this.#render();
  }

  connectedCallback(): void {
    // A framework may have set them before the element was defined.
    for (const name of ['token', 'client', 'place'] as const) this.#takeOver(name);
    this.#root = createRoot(this.#shadow);
    this.#render();
  }

  disconnectedCallback(): void {
    this.#root?.unmount();
    this.#root = undefined;
  }

  attributeChangedCallback(name: string, _: string | null, value: string | null): void {
    if (name === 'query') this.#place = { ...this.#place, query: value ?? '' };
    if (name === 'at') this.#place = { ...this.#place, at: value ?? undefined };
    if (name === 'entry-id') this.#place = { ...this.#place, entryId: value ?? undefined };
    this.#render();
  }

  override addEventListener<K extends keyof (HTMLElementEventMap & ActivityTimelineEvents)>(
    type: K,
    listener: (this: ActivityTimelineElement, event: (HTMLElementEventMap & ActivityTimelineEvents)[K]) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void;
  override addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | AddEventListenerOptions,
  ): void;
  override addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | AddEventListenerOptions,
  ): void {
    super.addEventListener(type, listener, options);
  }

  #takeOver(name: 'token' | 'client' | 'place'): void {
    if (!Object.hasOwn(this, name)) return;
    const value = this[name];
    Reflect.deleteProperty(this, name);
    Reflect.set(this, name, value);
  }

  #tell<K extends keyof ActivityTimelineEvents>(type: K, detail: ActivityTimelineEvents[K]['detail']): void {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
  }

  #source(): TimelineSource | undefined {
    if (this.#client !== undefined) return { client: this.#client };
    const url = this.getAttribute('url');
    return url === null || this.#token === undefined ? undefined : { url, token: this.#token };
  }

  #render(): void {
    const source = this.#source();
    const workspaceId = this.getAttribute('workspace-id');
    if (source === undefined || workspaceId === null) {
      this.#root?.render(null);
      return;
    }
    const theme = this.getAttribute('theme') ?? undefined;
    this.#root?.render(
      <EmbeddedTimeline
        {...source}
        className="al-hosted"
        workspaceId={workspaceId}
        place={this.#place}
        onPlaceChange={(place, step) => {
          this.place = place;
          this.#tell('activity-place', { place, step });
        }}
        locale={this.getAttribute('locale') ?? undefined}
        timeZone={this.getAttribute('time-zone') ?? undefined}
        theme={isTheme(theme) ? theme : undefined}
        onEntryOpen={(entryId) => this.#tell('activity-open', { entryId })}
        onSignedOut={(reason) => this.#tell('activity-signed-out', { reason })}
        onError={(error) => this.#tell('activity-error', { error })}
      />,
    );
  }
}
