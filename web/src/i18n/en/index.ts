import type { Shape } from "../shape";
import type { zhCN } from "../zh-cn";
import { account } from "./account";
import { common } from "./common";
import { datasets } from "./datasets";
import { errors } from "./errors";
import { flow } from "./flow";
import { trainings } from "./trainings";

export const en: Shape<typeof zhCN> = { ...common, ...account, ...datasets, ...flow, ...trainings, error: errors };
