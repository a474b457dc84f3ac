import { Empty } from "antd";
import type { ReactNode } from "react";

export function EmptyNote({ text, children }: { text: string; children?: ReactNode }) {
  return <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={text} style={{ margin: "24px 0" }}>{children}</Empty>;
}
