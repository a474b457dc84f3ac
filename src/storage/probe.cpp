#include "storage/probe.hpp"

#include <algorithm>

#include "base/id.hpp"

namespace ava::storage {

namespace {

Error failed(std::string_view step, const Error& cause) {
  return Error(cause.code(), cause.slug(), cause.message())
      .hint(cause.hint())
      .detail("step", step)
      .detail("cause", cause.slug());
}

}  // namespace

Result<void> probe(Storage& storage) {
  const std::string key = ".ava-probe/" + random_hex(8);
  const std::string text = "AVA was here";
  if (auto written = put(storage, key, text); !written.ok()) return failed("write", written.error());
  const auto back = storage.read(key, 1024);
  const auto page = storage.list({.prefix = key, .cursor = {}, .limit = 10});
  const auto removed = storage.remove(key);
  if (!back.ok()) return failed("read", back.error());
  if (*back != text) return failed("read", Error(ErrorCode::kCorrupt, "object.damaged", "other bytes came back"));
  if (!page.ok()) return failed("list", page.error());
  if (page->items.size() != 1)
    return failed("list", Error(ErrorCode::kCorrupt, "storage.not_listed", "the object just written was not listed"));
  if (!removed.ok()) return failed("remove", removed.error());
  const auto gone = storage.stat(key);
  if (gone.ok())
    return failed("remove", Error(ErrorCode::kCorrupt, "storage.not_removed", "the object is still there"));
  return {};
}

}  // namespace ava::storage
