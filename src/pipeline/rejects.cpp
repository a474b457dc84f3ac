#include "pipeline/rejects.hpp"

#include <fmt/format.h>

#include "base/file.hpp"

namespace ava::pipeline {

Result<Rejects> Rejects::create(const std::filesystem::path& path) {
  AVA_TRY(auto file, format::OutFile::create(path));
  return Rejects(std::move(file), path);
}

Result<void> Rejects::close() {
  if (closed_) return {};
  closed_ = true;
  return file_.close();
}

Result<void> Rejects::keep(const std::filesystem::path& to) {
  AVA_CHECK(close());
  std::error_code failed;
  std::filesystem::copy_file(path_, to, std::filesystem::copy_options::overwrite_existing, failed);
  if (failed) return file::error_of(failed.value(), "copy to", to);
  return {};
}

Result<void> Rejects::add(const sample::Reject& reject) {
  if (!reject.annotation) ++reasons_[reject.slug];
  if (first_.empty()) {
    if (reject.line > 0) first_ = fmt::format("line {}", reject.line);
    if (reject.column > 0) first_ += fmt::format(":{}", reject.column);
    if (!reject.url.empty()) first_ += (first_.empty() ? "" : " ") + reject.url;
    first_ += ": " + reject.detail;
    if (!reject.hint.empty()) first_ += " (" + reject.hint + ")";
  }
  return file_.write(sample::to_json_line(reject));
}

std::string Rejects::summary() const {
  std::string text;
  for (const auto& [slug, count] : reasons_) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", slug, count);
  return text.empty() ? text : text + "; first: " + first_;
}

}  // namespace ava::pipeline
