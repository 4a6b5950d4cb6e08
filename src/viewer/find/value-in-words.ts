import type { Names } from '../timeline/use-names.ts';
import type { Say } from '../words/localised.tsx';
import { enumerations } from './qualifiers.ts';
import type { Term } from './terms.ts';

const enumerated = <Q extends keyof typeof enumerations>(qualifier: Q, value: string) =>
  (enumerations[qualifier] as readonly (typeof enumerations)[Q][number][]).find((one) => one.toLowerCase() === value);

/** The value of a condition as people say it. */
export function valueInWords({ qualifier, value }: Pick<Term, 'qualifier' | 'value'>, names: Names, say: Say): string {
  if (qualifier === 'brand') return names.brand(value);
  if (qualifier === 'severity') {
    const severity = enumerated('severity', value);
    return severity === undefined ? value : say(`severity.${severity}`);
  }
  if (qualifier === 'actortype') {
    const type = enumerated('actortype', value);
    return type === undefined ? value : say(`actor.${type}`);
  }
  if (qualifier === 'type' || qualifier === 'entity') {
    const [name = '', ...id] = value.split('/');
    const type = enumerated('type', name);
    return type === undefined ? value : [say(`entity.${type}`), id.join('/')].join(' ').trim();
  }
  return value;
}
