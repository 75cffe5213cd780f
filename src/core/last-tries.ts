/**
 * How many commits of an end may still fail, one a second, once the grace of a stop is over. With the five seconds that
 * a program may take to end it stays within the ten seconds that a stop may take beyond its grace.
 */
export const lastTries = 5;
