/** The same keys with any text: what a translation must have to be complete. */
export type Shape<T> = { [K in keyof T]: T[K] extends string ? string : Shape<T[K]> };
