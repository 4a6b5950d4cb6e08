import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';

export interface EventRequest {
  url: string;
  token?: string | undefined;
  method?: string;
  /** Sent as it is. */
  body?: string;
  headers?: Record<string, string>;
}

/** An answer as it comes, event by event. */
export class EventReader {
  readonly response: IncomingMessage;
  /** Everything, to the letter. */
  text = '';
  isEnded = false;
  readonly #request: ClientRequest;
  #next: (() => void) | undefined;

  constructor(sent: ClientRequest, response: IncomingMessage) {
    this.#request = sent;
    this.response = response;
    response.setEncoding('utf8').on('data', (chunk: string) => {
      this.text += chunk;
      this.#next?.();
    });
    const end = () => {
      this.isEnded = true;
      this.#next?.();
    };
    response.on('end', end).on('error', end);
  }

  static async open({ url, token, method = 'POST', body, headers = {} }: EventRequest): Promise<EventReader> {
    const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const sent = request(url, {
      method,
      agent: false,
      headers: {
        accept: 'text/event-stream',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...authorization,
        ...headers,
      },
    });
    sent.end(body);
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    sent.on('error', () => {});
    return new EventReader(sent, response);
  }

  get contentType(): string | undefined {
    return this.response.headers['content-type'];
  }

  /** The whole events so far, without comments. */
  get events(): string[] {
    return this.text
      .split('\n\n')
      .slice(0, -1)
      .filter((event) => !event.startsWith(':'));
  }

  /** Waits until something is true of what came. */
  async until(isThere: () => boolean): Promise<void> {
    while (!isThere()) {
      if (this.isEnded) throw new Error(`it ended with ${this.text}`);
      await new Promise<void>((resolve) => {
        this.#next = resolve;
      });
    }
  }

  /** Waits for so many `next` events. @returns their data, to the letter */
  async results(count: number): Promise<string[]> {
    await this.until(() => this.events.length >= count);
    return this.events.map((event) => {
      const [, data] = /^event: next\ndata: (.*)$/s.exec(event) ?? [];
      if (data === undefined) throw new Error(`this is no result: ${event}`);
      return data;
    });
  }

  /** Waits for the end. @returns everything that came */
  async whole(): Promise<string> {
    if (!this.isEnded) await this.until(() => this.isEnded);
    return this.text;
  }

  /** Goes without a word. */
  leave(): void {
    this.#request.destroy();
  }
}
