/** Times by the server's clock, whatever the visitor's says. */

/** A moment at which the server's clock and both clocks of the page were read. */
export interface Anchor {
  server: number;
  wall: number;
  steady: number;
}

/**
 * The server's clock now. The steady clock may stand still while the device sleeps, and the wall clock may be set back:
 * the one that has gone further is right.
 */
export function serverNow(anchor: Anchor, wall: number, steady: number): number {
  return anchor.server + Math.max(wall - anchor.wall, steady - anchor.steady, 0);
}

/** Whole seconds until `end`, never below 0. */
export function secondsLeft(end: number, now: number): number {
  return Math.max(0, Math.ceil((end - now) / 1_000));
}

/** Seconds at which the time left is spoken. */
const SPOKEN = [0, 60, 120, 300];

/** The least of them that was passed between two readings; undefined if none was. */
export function passed(before: number, left: number): number | undefined {
  return SPOKEN.find((mark) => left <= mark && mark < before);
}

/** Hours where there are any, minutes and seconds. */
export function clockParts(left: number): number[] {
  const parts = [Math.floor(left / 60) % 60, left % 60];
  const hours = Math.floor(left / 3_600);
  return hours > 0 ? [hours, ...parts] : parts;
}

/** The age of a change in steps that do not make a reader nervous: an amount and a unit, undefined when it is old. */
export function age(seconds: number): [number, 'second' | 'minute'] | undefined {
  if (seconds < 10) {
    return [Math.max(1, Math.floor(seconds)), 'second'];
  }
  if (seconds < 60) {
    return [Math.floor(seconds / 10) * 10, 'second'];
  }
  return seconds < 600 ? [Math.floor(seconds / 60), 'minute'] : undefined;
}
