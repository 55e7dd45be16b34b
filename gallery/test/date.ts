/** Runs the tests at the date TEST_DATE, if it is set: tests/test_dates.py does so. */

import { vi } from "vitest";

const date = process.env.TEST_DATE;
if (date) vi.useFakeTimers({ toFake: ["Date"], now: new Date(date) });
