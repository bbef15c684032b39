// checks.hpp -- every method of ThriftTest and SecondService, by Apache's
// library for C++.

#ifndef CT_INTEROP_CHECKS_HPP
#define CT_INTEROP_CHECKS_HPP

#include <functional>
#include <memory>
#include <stdexcept>

#include <thrift/protocol/TProtocol.h>

// What an answer was that should have been another.
class Failure : public std::runtime_error
{
  public:
    using std::runtime_error::runtime_error;
};

// Calls everything through `protocol`; where `second` is not null, through
// both, which are multiplexed over one connection.  `after_oneway` is called
// behind each oneway call.  Throws a Failure, or whatever the library throws.
//
// The first reply is a long one that cannot be compressed.  The library of
// 0.17 inflates what a THeader frame has into the bytes where the frame was,
// whatever its size, and so overruns them; this makes them many.
void check_everything(
    const std::shared_ptr<apache::thrift::protocol::TProtocol> &protocol,
    const std::shared_ptr<apache::thrift::protocol::TProtocol> &second,
    const std::function<void()>                                &after_oneway);

#endif
