/**
 * Working days in Poland: all but Saturdays, Sundays and the days of art. 1 of the act of 18 January 1951 on days off
 * work (ustawa o dniach wolnych od pracy), as it stands since 2011, with 24 December since 2025 (Dz.U. 2024 poz. 1965).
 * Dates are calendar dates `YYYY-MM-DD`, without a time zone.
 */
export function isWorkingDay(date: string): boolean {
  const weekday = at(date).getUTCDay();
  return weekday !== 0 && weekday !== 6 && !isHoliday(date);
}

/** The last working day before this day, whether or not the day is one itself. */
export function previousWorkingDay(date: string): string {
  return addWorkingDays(date, -1);
}

/** The nth working day after this day (before it, when n is negative); the day itself when n is 0. */
export function addWorkingDays(date: string, n: number): string {
  let day = date;
  for (let left = Math.abs(n); left > 0;) {
    day = addDays(day, Math.sign(n));
    if (isWorkingDay(day)) left--;
  }
  return day;
}

/** The calendar day `n` days after this one, or before it. */
export function addDays(date: string, n: number): string {
  return new Date(at(date).getTime() + n * 86_400_000).toISOString().slice(0, 10);
}

const fixedHolidays = new Set([
  "01-01", // New Year
  "01-06", // Epiphany
  "05-01", // Labour Day
  "05-03", // Constitution Day
  "08-15", // Assumption
  "11-01", // All Saints
  "11-11", // Independence Day
  "12-25", // Christmas
  "12-26", // Christmas
]);

/** Days after Easter Sunday: Easter, Easter Monday, Pentecost, Corpus Christi. */
const movableHolidays = [0, 1, 49, 60];

function isHoliday(date: string): boolean {
  const year = Number(date.slice(0, 4));
  const monthAndDay = date.slice(5);
  if (fixedHolidays.has(monthAndDay) || (monthAndDay === "12-24" && year >= 2025)) return true;
  // A single day off by an act of its own, for the centenary of independence (Dz.U. 2018 poz. 2117).
  if (date === "2018-11-12") return true;
  const easter = easterSunday(year);
  return movableHolidays.some((days) => addDays(easter, days) === date);
}

/** By the anonymous Gregorian algorithm (Meeus, Jones and Butcher); the letters are those of its publications. */
function easterSunday(year: number): string {
  const a = year % 19;
  const b = Math.floor(year / 100);
  const c = year % 100;
  const g = Math.floor((8 * b + 13) / 25);
  const h = (19 * a + b - Math.floor(b / 4) - g + 15) % 30;
  const l = (32 + 2 * (b % 4) + 2 * Math.floor(c / 4) - h - (c % 4)) % 7;
  const m = Math.floor((a + 11 * h + 22 * l) / 451);
  const days = h + l - 7 * m + 114;
  const month = String(Math.floor(days / 31)).padStart(2, "0");
  return `${year}-${month}-${String((days % 31) + 1).padStart(2, "0")}`;
}

function at(date: string): Date {
  return new Date(`${date}T00:00:00Z`);
}
