import { formatNumber, text } from '../../i18n/index.js';

/**
 * Formats a duration: seconds below two minutes, then minutes, and hours with one decimal from two hours on.
 *
 * @param {number} seconds
 */
export function duration(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 120) return text('durationSeconds', { seconds: whole });
  const minutes = Math.round(whole / 60);
  if (minutes < 120) return text('durationMinutes', { minutes });
  return text('durationHours', { hours: formatNumber(minutes / 60, { maximumFractionDigits: 1 }) });
}
