import type { Shape } from "../shape";
import type { errors as zh } from "../zh-cn/errors";

export const errors: Shape<typeof zh> = {
  title: "Something went wrong",
  fallback: "The request failed",
  requestId: "Request {{id}}",
  hint: "Hint: {{hint}}",
  slug: {
    network: { unreachable: "The server cannot be reached. Check the network" },
    user: {
      bad_credentials: "User name or password is wrong",
      awaiting_approval: "This account has no access yet. Ask an administrator to grant it, then log in",
      too_many_attempts: "Too many attempts. Try again later",
    },
    bucket: {
      none_bound: "No storage space is bound yet",
      check_failed: "The check of the storage space failed",
      root_not_allowed: "This directory may not be bound",
      in_use: "The space still holds data; it cannot be unbound",
    },
    dataset: { in_use: "The dataset is in use and cannot be deleted" },
    formatted_set: { in_use: "The formatted data is in use and cannot be deleted" },
    training: { running: "The training is running. Stop it first" },
    model: { in_use: "The model is in use and cannot be deleted" },
  },
};
