import { useEffect, useState } from "react";

/** The value as it was `ms` ago: keeps a search box from asking the server at every keystroke. */
export function useDebounced<T>(value: T, ms = 250): T {
  const [late, setLate] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setLate(value), ms);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return late;
}
