"""Laws that hold on every plane: a plane's tests take the class and say how its members are made."""
