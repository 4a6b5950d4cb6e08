import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { useIntl } from 'react-intl';
import { ActivityTimeline } from '../timeline/activity-timeline.tsx';
import type { Place } from '../timeline/place.ts';
import { localeFor } from '../words/languages.ts';
import { Localised, useDirection } from '../words/localised.tsx';
import type { ActivityTimelineProps } from './activity-timeline-props.ts';
import { EndedNotice } from './ended-notice.tsx';
import { permalinkOf } from './permalink.ts';
import { type UsedClient, useClient } from './use-client.ts';
import { usePlace } from './use-place.ts';
import { useRole } from './use-role.ts';

/** A timeline that stands anywhere: on the viewer's own page, in a panel, in a custom element. */
export function EmbeddedTimeline(props: ActivityTimelineProps) {
  const [browser] = useState(() => localeFor(navigator.languages));
  return (
    <Localised locale={props.locale === undefined ? browser : localeFor([props.locale])} timeZone={props.timeZone}>
      <Root {...props} />
    </Localised>
  );
}

function Root(props: ActivityTimelineProps) {
  const { theme = 'auto', className, style, workspaceId } = props;
  const { locale } = useIntl();
  const dir = useDirection();
  const used = useClient(props);
  return (
    <div
      className={className === undefined ? 'al-root' : `al-root ${className}`}
      data-theme={theme}
      style={style}
      lang={locale}
      dir={dir}
    >
      {used !== undefined && <Connected key={workspaceId} props={props} used={used} />}
    </div>
  );
}

const nothing = () => () => undefined;

function Connected({ props, used: { client, gate } }: { props: ActivityTimelineProps; used: UsedClient }) {
  const { workspaceId, url } = props;
  const [place, go] = usePlace(props);
  const role = useRole(client, workspaceId, props.role);
  const handlers = useRef(props);
  handlers.current = props;
  const ended = useSyncExternalStore(gate?.subscribe ?? nothing, () => gate?.ended);
  useEffect(() => {
    if (ended !== undefined) handlers.current.onSignedOut?.(ended);
  }, [ended]);
  const hrefOf = (to: Place) => handlers.current.hrefOf?.(to) ?? permalinkOf(url, { workspaceId, ...to });
  return (
    <>
      <ActivityTimeline
        client={client}
        workspaceId={workspaceId}
        role={role}
        place={place}
        onPlaceChange={go}
        hrefOf={hrefOf}
        onSignedOut={(reason) => handlers.current.onSignedOut?.(reason)}
        onError={(error) => handlers.current.onError?.(error)}
      />
      {ended !== undefined && <EndedNotice reason={ended} onAgain={() => gate?.again()} />}
    </>
  );
}
