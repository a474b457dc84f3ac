// A bounded pool of database connections. Internal to db/.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "db/connection.hpp"

namespace ava::db {

/// Lends at most `bound` connections; makes them on demand, drops the dead ones. Thread: any.
class Pool {
 public:
  using Connect = std::function<Result<std::unique_ptr<Connection>>()>;

  /// A connection on loan; goes back by itself. Lifetime: at most the pool's.
  class Lease {
   public:
    Lease(Pool& pool, std::unique_ptr<Connection> connection) : pool_(&pool), connection_(std::move(connection)) {}
    Lease(Lease&&) noexcept = default;
    Lease& operator=(Lease&&) = delete;
    ~Lease() {
      if (connection_ != nullptr) pool_->give_back(std::move(connection_));
    }
    Connection& operator*() const { return *connection_; }
    Connection* operator->() const { return connection_.get(); }

   private:
    Pool* pool_;
    std::unique_ptr<Connection> connection_;
  };

  Pool(std::size_t bound, Connect connect);
  /// Errors: `db.pool_exhausted` (kUnavailable) at the deadline, and those of connecting.
  Result<Lease> acquire(std::chrono::steady_clock::time_point deadline);
  /// Connect once, so that a wrong URL shows at start.
  Result<void> check();

 private:
  void give_back(std::unique_ptr<Connection> connection);

  const std::size_t bound_;
  const Connect connect_;
  std::mutex mutex_;
  std::condition_variable free_;
  std::vector<std::unique_ptr<Connection>> idle_;
  std::size_t lent_ = 0;
};

}  // namespace ava::db
