import { ActivityTimeline, type Place } from 'activity-log/react';
import { useState } from 'react';

/** Asked at first, and again whenever a token has ended: the panel's own server knows who is signed in to the panel. */
async function askForToken(): Promise<string> {
  const answer = await fetch('/token', { method: 'POST' });
  if (!answer.ok) throw new Error('You are signed out of the panel.');
  return await answer.text();
}

/** A panel that decides itself what is looked at. */
export function Panel() {
  const [place, setPlace] = useState<Partial<Place>>({});
  const [locale, setLocale] = useState('en');
  return (
    <main>
      <h1>Campaigns</h1>
      <label>
        Language{' '}
        <select value={locale} onChange={({ currentTarget }) => setLocale(currentTarget.value)}>
          <option value="en">English</option>
          <option value="de">Deutsch</option>
          <option value="ar">العربية</option>
        </select>
      </label>
      <ActivityTimeline
        className="panel-timeline"
        url="http://127.0.0.1:4000"
        token={askForToken}
        workspaceId="demo"
        place={place}
        onPlaceChange={setPlace}
        locale={locale}
        timeZone="Europe/Berlin"
      />
      <p role="status">{place.entryId === undefined ? 'No entry is open.' : 'An entry is open.'}</p>
    </main>
  );
}
