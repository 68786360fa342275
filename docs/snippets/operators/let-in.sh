echo 203.0.113.7 | matchday address import - --effect allow --reason 'the fan wrote to support' --expires 7d
