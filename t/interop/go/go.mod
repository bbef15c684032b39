module interop

go 1.26

require github.com/apache/thrift v0.25.0
require github.com/cloudwego/gopkg v0.1.4
