import type { Session } from '../sessions/tokens';
import { SiteClock } from './clock';
import { HOLD, type Hold } from './hold';

const SHOW = `query Show($id: ID!) { now reservation(id: $id) { ...Hold } } ${HOLD}`;

/** A hold, and the site's clock at the same moment. Load it anew when a page comes back from the background. */
export async function load(session: Session, id: string): Promise<{ hold: Hold | null; clock: SiteClock }> {
  const askedAt = performance.now();
  const { now, reservation } = await session.request<{ now: string; reservation: Hold | null }>(SHOW, { id });
  return { hold: reservation, clock: new SiteClock(now, askedAt) };
}
