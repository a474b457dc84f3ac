// Every list of the product: an antd table where there is room, one card per row on a telephone. A table that would have to be
// scrolled sideways hides its state and its actions; a card shows each column with its name.
import { Grid, Table, type TableColumnType, type TableProps } from "antd";
import type { HTMLAttributes, TdHTMLAttributes } from "react";
import { EmptyNote } from "./empty-note";

interface Props<T> extends Omit<TableProps<T>, "columns" | "pagination" | "locale"> {
  columns: TableColumnType<T>[];
  /** What to say when there is nothing; not said while the list loads or when it could not be asked for. */
  empty: string;
  failed?: boolean;
  /** Key of the column that names a card; the first one with a title where nothing else is said. */
  cardTitle?: string;
}

type CellProps = HTMLAttributes<HTMLElement> & TdHTMLAttributes<HTMLElement> & { "data-label"?: string };

/** One column names the row; every other one carries its title, which the card prints before the value. */
function cardColumn<T>(column: TableColumnType<T>, isTitle: boolean): TableColumnType<T> {
  const label = !isTitle && typeof column.title === "string" ? column.title : undefined;
  const onCell = (row: T, index?: number): CellProps => ({ ...column.onCell?.(row, index), rowSpan: 1, "data-label": label });
  const className = `${column.className ?? ""} ${isTitle ? "card-title" : ""}`;
  return { ...column, responsive: undefined, fixed: undefined, width: undefined, align: undefined, className, onCell };
}

export function DataTable<T extends object>({ columns, empty, failed, cardTitle, className = "", scroll, ...rest }: Props<T>) {
  const phone = Grid.useBreakpoint().sm === false;
  const titleAt = columns.findIndex((column) => (cardTitle ? column.key === cardTitle : column.title));
  const emptyText = rest.loading || failed ? <div className="table-hush" /> : <EmptyNote text={empty} />;
  return (
    <Table<T>
      {...rest}
      columns={phone ? columns.map((column, i) => cardColumn(column, i === titleAt)) : columns}
      className={`${className} ${phone ? "cards" : ""} ${rest.rowSelection ? "with-selection" : ""}`}
      showHeader={phone ? false : rest.showHeader}
      scroll={phone ? undefined : { x: "max-content", ...scroll }}
      pagination={false}
      locale={{ emptyText }}
    />
  );
}
