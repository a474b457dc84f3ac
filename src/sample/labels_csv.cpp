#include "sample/labels_csv.hpp"

#include <fmt/format.h>

#include "base/file.hpp"
#include "sample/sample.hpp"

namespace ava::sample {

Result<std::string> write_labels_csv(std::span<const std::string> names) {
  std::string text;
  for (const std::string& name : names) {
    if (auto good = check_class_name(name); !good.ok())
      return std::move(good.error().context(fmt::format("class {}", &name - names.data())));
    text.append(name).push_back('\n');
  }
  return text;
}

Result<std::vector<std::string>> read_labels_csv(std::string_view text) {
  std::size_t bad = 0;
  if (!file::is_utf8(text, &bad))
    return Error(ErrorCode::kCorrupt, "name.not_utf8", fmt::format("labels.csv: byte {} is not UTF-8", bad));
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  std::vector<std::string> names;
  bool indexed = true;
  while (!text.empty()) {
    const auto end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    indexed = indexed && line.starts_with(fmt::format("{},", names.size()));
    names.emplace_back(line);
  }
  if (!indexed) return names;
  for (std::string& name : names) name.erase(0, name.find(',') + 1);
  return names;
}

}  // namespace ava::sample
