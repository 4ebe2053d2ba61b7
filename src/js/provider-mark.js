/**
 * Key of the method by which edge and `Client` get a reply whose items are bytes of an HTTP response (src/edge/mod.rs). They give the part of the
 * core that does this, since providers go without it. A name and not a symbol: bundlers keep every class with a computed name, used or not,
 * and two copies of rivulet may work together.
 */
export const encoded = 'rivulet:encoded';

/** Key of the method that gives a reply of which only the whole text is wanted: sites whose streams change the text are asked for one piece. */
export const whole = 'rivulet:whole';

export const isProvider = (value) => typeof value?.[encoded] === 'function';
