// Small texts with rules of their own: run lengths of masks, class names, addresses, label keys, rows, relative names.
#include "base/file.hpp"
#include "exchange/coco_rle.hpp"
#include "exchange/text_lines.hpp"
#include "exchange/tree.hpp"
#include "fuzz.hpp"
#include "http/router.hpp"
#include "sample/labels_csv.hpp"
#include "sample/sample.hpp"
#include "storage/object_uri.hpp"

namespace ava::fuzz {

namespace {

void run_lengths(std::string_view text) {
  const auto runs = exchange::decode_rle(text);
  if (!runs.ok()) return require_plain(runs.error());
  const auto again = must(exchange::decode_rle(exchange::encode_rle(*runs)), "written run lengths");
  require(again == *runs, "the same runs", text);
}

void class_names(std::string_view text) {
  const auto names = sample::read_labels_csv(text);
  if (!names.ok()) return require_plain(names.error());
  const auto written = sample::write_labels_csv(*names);
  if (!written.ok()) return require_plain(written.error());
  require(must(sample::read_labels_csv(*written), "written names").size() == names->size(), "as many names", text);
}

void request_target(std::string_view text) {
  const auto target = http::parse_target(text);
  if (!target.ok()) return require_plain(target.error());
  const std::string slashed = target->path + "/";
  require(slashed.starts_with("/") && slashed.find("/../") == slashed.npos && slashed.find("/./") == slashed.npos,
          "a path that stays inside", target->path);
  require(file::is_utf8(target->path), "a path in UTF-8", target->path);
  for (const auto& [key, value] : target->query) {
    const auto back = must(http::url_decode(http::url_encode(value), true), "a written value");
    require(back == value && file::is_utf8(key), "the same value", value);
  }
}

void address(std::string_view text) {
  const auto uri = storage::parse_uri(text);
  if (!uri.ok()) return require_plain(uri.error());
  storage::ObjectUri other;
  (void)storage::second_reading(*uri, other);
  const std::string decoded = storage::percent_decode(uri->key);
  require(storage::percent_decode(storage::percent_encode_path(decoded)) == decoded, "the same key", decoded);
  if (uri->kind != storage::UriKind::kBucket) return;
  const std::string written = storage::bucket_uri(uri->bucket, uri->key);
  const auto again = must(storage::parse_uri(written), "a written address");
  require(again.bucket == uri->bucket && again.key == uri->key, "the same object", written);
}

void label_key(std::string_view text) {
  const auto key = sample::LabelKey::parse(text);
  if (!key.ok()) return require_plain(key.error());
  require(must(sample::LabelKey::parse(key->str()), "a written key") == *key, "the same key", text);
}

void rows(std::string_view text) {
  const auto from = reader_of(text);
  std::uint64_t last = 0;
  const auto done = exchange::read_csv(*from, [&last](const std::vector<std::string>& cells, std::uint64_t line) {
    require(!cells.empty() && line > last, "rows in order");
    last = line;
    return Result<void>();
  });
  if (!done.ok()) require_plain(done.error());
}

void relative_name(std::string_view text) {
  const std::string_view folder = text.substr(0, text.find('\n'));
  const std::string_view name = text.substr(std::min(text.size(), folder.size() + 1));
  const std::string resolved = exchange::resolve_name(folder.empty() ? "" : "a/b/", name);
  require(resolved.empty() || file::is_utf8(resolved), "a name in UTF-8", resolved);
  require(resolved.find("..") == resolved.npos || file::is_safe_relative(resolved), "a name inside", resolved);
}

}  // namespace

void one_input(std::string_view bytes) {
  constexpr void (*kWays[])(std::string_view) = {run_lengths, class_names, request_target, address,
                                                 label_key,   rows,        relative_name};
  kWays[choice(bytes, std::size(kWays))](bytes);
}

}  // namespace ava::fuzz
