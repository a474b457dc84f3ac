// SQL of buckets, and nothing else.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "db/db.hpp"
#include "db/page.hpp"
#include "user/bucket.hpp"

namespace ava::user::bucket_repo {

Result<void> add(db::Tx& tx, const Bucket& bucket);
Result<std::optional<Bucket>> find(db::Tx& tx, const BucketId& id);
Result<std::optional<Bucket>> find_by_name(db::Tx& tx, std::string_view name);
Result<std::optional<Bucket>> find_by_uri(db::Tx& tx, std::string_view uri);
Result<std::optional<Bucket>> find_default(db::Tx& tx);
Result<std::optional<Bucket>> find_oldest(db::Tx& tx);
Result<std::vector<Bucket>> list(db::Tx& tx, const db::PageRequest& page);
Result<void> clear_default(db::Tx& tx);
Result<void> set_default(db::Tx& tx, const BucketId& id);
Result<void> remove(db::Tx& tx, const BucketId& id);

}  // namespace ava::user::bucket_repo
