import type { Environment } from 'downshift';
import type { RefObject } from 'react';

/** What downshift takes for the window and the document: within a shadow root that, which alone knows what has the focus. */
export function environmentOf(element: RefObject<Element | null>): Environment {
  const root = (): Document | ShadowRoot => {
    const found = element.current?.getRootNode();
    return found instanceof ShadowRoot ? found : document;
  };
  return {
    Node: window.Node,
    addEventListener: (...given: Parameters<typeof window.addEventListener>) => root().addEventListener(...given),
    removeEventListener: (...given: Parameters<typeof window.addEventListener>) => root().removeEventListener(...given),
    get document() {
      return root() as Document;
    },
  };
}
